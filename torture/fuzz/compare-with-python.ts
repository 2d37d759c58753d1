import { join } from 'node:path';
import { runProcess } from '../child.js';
import type { Outcome } from '../outcome.js';

const program = join(process.cwd(), 'torture/fuzz/same_as_python.py');

/**
 * Has PyTorch, NumPy and safetensors read the sample of damaged files that `fuzz` wrote. It is a fault if they find other
 * values, or refuse what we read. We may refuse more: what contradicts a checksum, or is not all of the file.
 */
export async function compareWithPython({
  python,
  sample,
}: {
  /** A Python with torch, numpy and safetensors. */
  python: string;
  sample: string;
}): Promise<Outcome> {
  const { code, signal, stdout, stderr } = await runProcess([python, program, sample], {
    seconds: 3600,
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  });
  const faults: string[] = [];
  if (code !== 0) faults.push(`${python} ended by ${signal ?? code}: ${stderr.slice(-300)}`);
  const counts: Record<string, number> = {
    equal: 0,
    'both refuse': 0,
    'only Python reads': 0,
    'damaged outside the model': 0,
    'ended Python': 0,
  };
  let cases = 0;
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const { outcome, ...rest } = JSON.parse(line) as { outcome: string };
    cases++;
    if (outcome in counts) counts[outcome]!++;
    else faults.push(`${outcome}: ${JSON.stringify(rest)}`);
  }
  if (cases === 0) faults.push('there was nothing to compare');
  const found = Object.entries(counts).filter(([, count]) => count > 0);
  return {
    name: 'the same in Python',
    cases,
    found: found.map(([outcome, count]) => `${count} ${outcome}`).join(', '),
    faults,
  };
}
