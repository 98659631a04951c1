"""The trade: plants, loans, funding, accounts and what they are worth."""
