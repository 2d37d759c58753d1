import { PassThrough } from 'node:stream';
import { createProgress } from '@ds/command-line';

function recorder({ isTTY }: { isTTY: boolean }): { stream: NodeJS.WriteStream; written: () => string } {
  const stream = new PassThrough({ encoding: 'utf8' });
  Object.assign(stream, { isTTY, columns: 120, rows: 24, cursorTo: () => true, clearLine: () => true });
  let written = '';
  stream.on('data', (text) => (written += text));
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => written };
}

describe('createProgress', () => {
  it('writes a line for each tenth where there is no terminal', () => {
    const { stream, written } = recorder({ isTTY: false });
    const progress = createProgress({ stream });
    const train = progress.stage('train');
    for (let done = 0; done <= 1000; done++) train(done, 1000);
    progress.finish();
    const lines = written().trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('train: 0/1000 (0%)');
    expect(lines[5]).toBe('train: 500/1000 (50%)');
    expect(lines[10]).toBe('train: 1000/1000 (100%)');
  });

  it('says that a stage with nothing to do is done', () => {
    const { stream, written } = recorder({ isTTY: false });
    createProgress({ stream }).stage('sweep')(0, 0);
    expect(written()).toBe('sweep: 0/0 (100%)\n');
  });

  it('draws a bar for each stage on a terminal', async () => {
    const { stream, written } = recorder({ isTTY: true });
    const progress = createProgress({ stream });
    progress.stage('train')(5, 10);
    progress.stage('evaluate')(3, 3);
    progress.note('engine: onnx');
    // The bars are drawn, and notes written, a few times a second.
    await new Promise((resolve) => setTimeout(resolve, 300));
    progress.finish();
    expect(written()).toMatch(/train {20}█+░+ {2}50% {2}5\/10/);
    expect(written()).toMatch(/evaluate {17}█+ 100% {2}3\/3 {2}0 s/);
    expect(written()).toContain('engine: onnx');
  });

  it('writes nothing when quiet', () => {
    for (const isTTY of [false, true]) {
      const { stream, written } = recorder({ isTTY });
      const progress = createProgress({ quiet: true, stream });
      progress.stage('train')(1, 2);
      progress.note('a note');
      progress.finish();
      expect(written()).toBe('');
    }
  });
});
