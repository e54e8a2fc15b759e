"""The search for a picture: draws, gradients, balance, steps."""
