"""Where networks come from: each source builds them and knows their preprocessing."""
