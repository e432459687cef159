"""Great Expectations suites and verdicts: accepted rows, quarantined rows, withheld divisions."""
