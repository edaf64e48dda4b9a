/** An object whose properties are computed when they are first read. */

export function lazily<T extends object>(make: { [K in keyof T]: () => T[K] }): T {
  const made = {} as T;
  for (const key of Object.keys(make) as (keyof T)[]) {
    Object.defineProperty(made, key, {
      enumerable: true,
      configurable: true,
      get: () => {
        const value = make[key]();
        Object.defineProperty(made, key, { value, enumerable: true });
        return value;
      },
    });
  }
  return made;
}
