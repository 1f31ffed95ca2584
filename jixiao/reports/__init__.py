"""Reports made from one evaluation: a plain view model first, pages from the view."""
