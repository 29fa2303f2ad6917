"""Simulated customers of a sending service, their ordinary mail, hijacks of their accounts, and what fixed limits make of it."""
