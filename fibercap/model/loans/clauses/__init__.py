"""What a loan's contract may say: rates, payment dates, steps of a ratio, sweeps, reserves, rounding."""
