//! Plugin workshop-soap.
