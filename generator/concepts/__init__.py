"""Where directions come from: concepts, factorizations, class means, chance."""
