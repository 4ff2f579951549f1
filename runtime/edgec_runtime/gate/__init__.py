"""Gate: is a candidate slower than its baseline? Told so that it never cries wolf."""
