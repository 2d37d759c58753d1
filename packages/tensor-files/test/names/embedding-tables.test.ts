import { embeddingTableNames, isEmbeddingTable, selectTables } from '../../src/names/embedding-tables.js';

/** A state dict of tensors with these shapes. */
const shaped = (shapes: Record<string, number[]>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));

test.each([
  ['emb_l.0.weight', true],
  ['dlrm.emb_l.12.weight', true],
  ['emb_l.0.weight_q', true],
  ['emb_l.0.weight_r', true],
  ['emb_l.0.embs.weight', true],
  ['emb_l.0.proj.weight', true],
  ['sparse_arch.embedding_bags.t_cat_0.weight', true],
  ['embeddings.user.weight', true],
  ['embedding_dict.C1.weight', true],
  ['emb_l.0.bias', false],
  ['emb_l.x.weight', false],
  ['xemb_l.0.weight', false],
  ['emb_l.0.weight.x', false],
  ['embeddings.a.b.weight', false],
  ['my_embeddings.a.weight', false],
  ['bot_l.0.weight', false],
])('%s is a table by its name: %j', (name, expected) => {
  expect(isEmbeddingTable(name)).toBe(expected);
});

test('a named table has two dimensions, where its shape is known, also one that is not dense', () => {
  expect(isEmbeddingTable('embeddings.a.weight', { shape: [4, 2] })).toBe(true);
  expect(isEmbeddingTable('embeddings.a.weight', { rows: 4, dim: 2 })).toBe(true);
  expect(isEmbeddingTable('embeddings.a.weight', { shape: [4] })).toBe(false);
  expect(isEmbeddingTable('embeddings.a.weight', { shape: [4, 2, 2] })).toBe(false);
});

test('the tables of DLRM come by number, the parts of one in their order, and then the others', () => {
  const names = [
    'embeddings.b.weight',
    'emb_l.10.weight',
    'emb_l.2.weight_r',
    'emb_l.2.weight_q',
    'emb_l.3.proj.weight',
  ];
  names.push('emb_l.3.embs.weight', 'embeddings.a.weight', 'bot_l.0.weight', 'emb_l.0.weight');
  expect(embeddingTableNames(Object.fromEntries(names.map((name) => [name, 0])))).toEqual([
    ...[
      'emb_l.0.weight',
      'emb_l.2.weight_q',
      'emb_l.2.weight_r',
      'emb_l.3.embs.weight',
      'emb_l.3.proj.weight',
    ],
    ...['emb_l.10.weight', 'embeddings.b.weight', 'embeddings.a.weight'],
  ]);
});

describe('selectTables', () => {
  const source = 'x.pt';
  const stateDict = shaped({
    'emb_l.0.weight': [10, 4],
    'emb_l.1.weight': [20, 4],
    'user.weight': [30, 4],
    'top_l.0.weight': [8, 4],
    'top_l.0.bias': [8],
    cube: [2, 2, 2],
  });
  const select = (patterns?: string[], of = stateDict) =>
    selectTables({ stateDict: of, source, ...(patterns && { patterns }) });

  it('takes the tables that it knows by name, and says which others may be tables', () => {
    expect(select()).toEqual({
      names: ['emb_l.0.weight', 'emb_l.1.weight'],
      notes: ['left out, though it may be a table: user.weight'],
    });
  });

  it.each([
    [['user.weight'], ['user.weight']],
    [['emb_l.*'], ['emb_l.0.weight', 'emb_l.1.weight']],
    [['*'], ['emb_l.0.weight', 'emb_l.1.weight', 'user.weight', 'top_l.0.weight']],
    [
      ['*.weight', 'user*'],
      ['emb_l.0.weight', 'emb_l.1.weight', 'user.weight', 'top_l.0.weight'],
    ],
    [
      ['user.*', '*0*w*'],
      ['emb_l.0.weight', 'user.weight', 'top_l.0.weight'],
    ],
    [['**1**'], ['emb_l.1.weight']],
  ])('takes the tables of the patterns %j, in the order of the state dict', (patterns, names) => {
    expect(select(patterns).names).toEqual(names);
  });

  it.each([
    'user',
    'ser.weight',
    'user.weigh',
    'user?weight',
    'user.weight|x',
    'cube',
    'top_l.0.bias',
    'USER.weight',
    'userxweight',
  ])('a pattern that matches no matrix is refused: %s', (pattern) => {
    expect(() => select(['emb_l.*', pattern])).toThrow(
      `x.pt: expected a table that matches "${pattern}", found the two-dimensional tensors emb_l.0.weight (10, 4), ` +
        'emb_l.1.weight (20, 4), user.weight (30, 4), top_l.0.weight (8, 4); name the tables with --table',
    );
  });

  it('a state dict without tables is refused, with the first five of its matrices', () => {
    const layers = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`l.${i}.weight`, [2, 3]]));
    expect(() => select(undefined, shaped(layers))).toThrow(
      'x.pt: expected an embedding table, found the two-dimensional tensors l.0.weight (2, 3), l.1.weight (2, 3), ' +
        'l.2.weight (2, 3), l.3.weight (2, 3), l.4.weight (2, 3) and 2 more;',
    );
    expect(() => select(undefined, shaped({ b: [3] }))).toThrow('found the two-dimensional tensors (none);');
  });

  it('a table that is not dense has the shape of its rows', () => {
    const tables = { sparse: { rows: 4, dim: 2 }, list: { rows: 4 }, wide: { dim: 2 } };
    expect(select(['*'], tables as never).names).toEqual(['sparse']);
    expect(() => select(['x'], tables as never)).toThrow('tensors sparse (4, 2);');
  });

  it('whole numbers cannot be pruned', () => {
    const whole = { 'ids.weight': { shape: [9, 2], stored: { dtype: 'int64', bytes: new Uint8Array(144) } } };
    expect(() => select(['*'], whole as never)).toThrow('expected a table that matches "*"');
  });

  it('says which tables of DLRM are missing before the last one', () => {
    const tables = (...numbers: number[]) =>
      shaped(Object.fromEntries(numbers.map((number) => [`emb_l.${number}.weight`, [2, 2]])));
    expect(select(undefined, tables(0, 1, 2)).notes).toEqual([]);
    expect(select(undefined, tables(1, 3)).notes).toEqual([
      'emb_l.0, emb_l.2 missing: the tables go up to emb_l.3',
    ]);
    expect(select(undefined, tables(9)).notes).toEqual([
      'emb_l.0, emb_l.1, emb_l.2, emb_l.3, emb_l.4 and 1 more missing: the tables go up to emb_l.9',
    ]);
  });

  it.each([
    ['user_embedding', [2, 9], true],
    ['lookup.weight', [2, 9], true],
    ['item_table', [2, 9], true],
    // Four times as many rows as columns and no bias: hardly a layer.
    ['user.weight', [8, 2], true],
    ['user.weight', [7, 2], false],
    ['user.matrix', [800, 2], false],
  ])('%s of %j may be a table: %j', (name, shape, expected) => {
    const { notes } = select(undefined, shaped({ 'emb_l.0.weight': [2, 2], [name]: shape }));
    expect(notes).toEqual(expected ? [`left out, though it may be a table: ${name}`] : []);
  });
});
