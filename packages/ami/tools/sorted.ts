/** Sorted without regard to case, then by code unit: the same on every machine. */
export function sorted<T>(values: readonly T[], key: (value: T) => string): T[] {
  return values.toSorted((a, b) => compare(key(a).toLowerCase(), key(b).toLowerCase()) || compare(key(a), key(b)));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
