/**
 * After so many reports in a row that are not finite, training has diverged, and the trial fails. A few are passed over: a metric such as the precision
 * has no value until something is found. The Python package has the same number.
 */
export const DIVERGED = 3;
