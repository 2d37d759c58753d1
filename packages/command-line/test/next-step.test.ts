import { nextStep } from '../src/next-step.js';

const withCode = (code: string) => Object.assign(new Error(code), { code });

it.each([
  ['EMFILE', withCode('EMFILE'), 'ulimit -n'],
  ['a cause', new Error('cannot read a.npz', { cause: withCode('ENFILE') }), 'ulimit -n'],
  ['a thread that could not start', new Error('Worker initialization failure: EMFILE'), 'ulimit -n'],
  ['ENOMEM', withCode('ENOMEM'), 'too little memory'],
  ['a worker', withCode('ERR_WORKER_OUT_OF_MEMORY'), 'too little memory'],
  ['a buffer', new RangeError('Array buffer allocation failed'), 'too little memory'],
  [
    'a memory of WebAssembly',
    new RangeError('WebAssembly.Memory(): could not allocate memory'),
    'too little memory',
  ],
  [
    'a kernel',
    new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory'),
    'too little memory',
  ],
])('knows what to do about %s', (_, error, step) => expect(nextStep(error)).toContain(step));

it('knows nothing about other errors', () => {
  const circle = new Error('a');
  circle.cause = circle;
  for (const error of [circle, new Error('expected 3, found 2'), withCode('ENOENT'), 'text', undefined]) {
    expect(nextStep(error)).toBeUndefined();
  }
});
