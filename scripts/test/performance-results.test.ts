import { withSection } from '../../performance/measuring/results-file';

const programs = ['first', 'second', 'third'];

describe('the sections of performance/RESULTS.md', () => {
  it('stand in the order of the programs, each put in by itself', () => {
    const second = withSection('', { name: 'second', text: 'Two.' }, programs);
    const both = withSection(second, { name: 'first', text: 'One.\n\n| a | b |' }, programs);
    expect(second).toMatch(/^# Results\n\n[^#]+\n## second\n\nTwo\.\n$/);
    expect(both.slice(both.indexOf('##'))).toBe('## first\n\nOne.\n\n| a | b |\n\n## second\n\nTwo.\n');
  });

  it('are replaced one at a time, and go with their program', () => {
    const all = programs.reduce(
      (text, name) => withSection(text, { name, text: `${name} old` }, programs),
      '',
    );
    const changed = withSection(all, { name: 'third', text: 'third new' }, ['first', 'third']);
    expect(changed.slice(changed.indexOf('##'))).toBe('## first\n\nfirst old\n\n## third\n\nthird new\n');
  });
});
