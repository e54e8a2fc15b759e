"""Figures: each is a tidy table and a drawing made from that table alone."""
