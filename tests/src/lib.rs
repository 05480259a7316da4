//! Scenarios across rooms, conformance, faults and benches.
