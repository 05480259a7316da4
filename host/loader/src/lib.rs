//! Opens, trusts and calls plugins; the only unsafe code of the host.
