"""值班: shifts at staggered hours, fair rosters, swaps, check-in, hand-over."""
