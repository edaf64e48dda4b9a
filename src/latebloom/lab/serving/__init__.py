"""The answers of the explorer's server that need torch, computed in processes of their own."""
