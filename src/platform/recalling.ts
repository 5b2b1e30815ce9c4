import { LRUCache } from 'lru-cache';

/** Keeps what was loaded for a short while in this process, and lets callers at the same moment share one load. */
export type Recall = <T extends object>(key: string, load: () => Promise<T>) => Promise<T>;

export function createRecall({ milliseconds }: { milliseconds: number }): Recall {
  const kept = new LRUCache<string, Promise<object>>({ max: 500, ttl: Math.max(1, milliseconds) });
  return <T extends object>(key: string, load: () => Promise<T>) => {
    const known = kept.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const loading = load();
    kept.set(key, loading);
    loading.catch(() => kept.delete(key));
    return loading;
  };
}
