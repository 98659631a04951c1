"""A loan's account from event to event: its calendar, interest, payments and balance."""
