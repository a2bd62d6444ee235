"""Qt: shows things and asks services; owns no data and no rules."""
