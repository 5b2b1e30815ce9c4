/** A bar that is redrawn in a terminal, and a line now and then where output goes into a file. */
export function createProgress(out: NodeJS.WriteStream = process.stderr) {
  let label = '';
  let total = 0;
  let done = 0;
  let unit: 'rows' | 'bytes' = 'rows';
  let began = 0;
  let drawn = 0;

  const line = () => {
    const seconds = (performance.now() - began) / 1_000;
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const bar = '#'.repeat(Math.round(share * 24)).padEnd(24, '·');
    const rate =
      unit === 'rows' && total > 0 && seconds > 0.2
        ? `  ${Math.round(done / seconds).toLocaleString('en')}/s`
        : '';
    return `${label.padEnd(32)} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %${rate}`;
  };
  const draw = (isLast: boolean) => {
    const now = performance.now();
    if (!isLast && now - drawn < (out.isTTY ? 100 : 5_000)) return;
    drawn = now;
    out.write(out.isTTY ? `\r\x1b[K${line()}${isLast ? '\n' : ''}` : `${line()}\n`);
  };
  return {
    /** `steps` may be 0 for a part without measure. Bytes are shown without a rate. */
    part(name: string, steps: number, of: 'rows' | 'bytes' = 'rows') {
      if (label) draw(true);
      label = name;
      total = steps;
      unit = of;
      done = 0;
      began = performance.now();
      drawn = began;
    },
    step(steps: number) {
      done += steps;
      draw(false);
    },
    end() {
      if (label) draw(true);
      label = '';
    },
  };
}

export type Progress = ReturnType<typeof createProgress>;
