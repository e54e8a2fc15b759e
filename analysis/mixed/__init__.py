"""Mixed logistic fits: people, features, and what lies between them."""
