/* Appended to the sources of COCO: serves problems of a suite over lines of numbers.
 *
 * pipe SUITE INSTANCES SELECTION OBSERVER writes for each problem one line: dimension, integer variables, objectives, and all lower and upper bounds.
 * It then answers each line of x by a line of values, until an empty line goes on to the next problem. COCO's observer logs the evaluations. */

int main(int argc, char **argv) {
  coco_suite_t *suite;
  coco_observer_t *observer;
  coco_problem_t *problem;
  if (argc != 5) return 2;
  coco_set_log_level("warning");
  suite = coco_suite(argv[1], argv[2], argv[3]);
  observer = coco_observer(argv[1], argv[4]);
  while ((problem = coco_suite_get_next_problem(suite, observer)) != NULL) {
    const size_t d = coco_problem_get_dimension(problem), m = coco_problem_get_number_of_objectives(problem);
    double x[640], y[2];
    char line[32768];
    size_t i;
    printf("%lu %lu %lu", (unsigned long)d, (unsigned long)coco_problem_get_number_of_integer_variables(problem), (unsigned long)m);
    for (i = 0; i < d; i++) printf(" %.17g", coco_problem_get_smallest_values_of_interest(problem)[i]);
    for (i = 0; i < d; i++) printf(" %.17g", coco_problem_get_largest_values_of_interest(problem)[i]);
    printf("\n");
    for (;;) {
      char *rest = line;
      fflush(stdout);
      if (fgets(line, sizeof line, stdin) == NULL) return 1; /* COCO has not finished its files */
      if (line[0] == '\n') break;
      for (i = 0; i < d; i++) x[i] = strtod(rest, &rest);
      coco_evaluate_function(problem, x, y);
      for (i = 0; i < m; i++) printf(i + 1 < m ? "%.17g " : "%.17g\n", y[i]);
    }
  }
  coco_observer_free(observer);
  coco_suite_free(suite);
  return 0;
}
