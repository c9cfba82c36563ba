"""Chains of the programme: who takes part, what establishments sign, what help they are given."""
