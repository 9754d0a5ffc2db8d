"""The study side by side with Wayside: every table, figure and quoted number recomputed."""
