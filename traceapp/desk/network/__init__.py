"""The sustainable network: chains, commitments, surveys, links, assessments, fairs, its years."""
