"""The public site, the register of addresses (附件8) and the check of what is published."""
