/**
 * What a record has under a name that a user or a trainer chose; undefined if it has nothing. Every object inherits `constructor` and `toString`: a metric
 * with this name would be a function for each trial that lacks it.
 */
export const ownValue = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
