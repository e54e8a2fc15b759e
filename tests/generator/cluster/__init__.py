"""Tests of packs made by workers."""
