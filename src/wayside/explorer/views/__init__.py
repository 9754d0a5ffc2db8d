"""Results as the page draws them: plain values, one module for each part of the page."""
