"""Any object measured against its own picture at tele, or against the sharpest of a sweep."""
