import type { Ops, Pairs } from '../../../network/ops.js';
import { pairProducts } from '../../../network/pair-products.js';
import {
  elementTypes,
  type AttributeProto,
  type ElementType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './model-format.js';

/** The name of a value in the graph. */
export type ValueName = string;

/** A size that is known when the graph is created, or the name of an unknown one, such as `batch`. */
export type Axis = number | string;

/** Records operations as an ONNX graph (operator set 17, https://onnx.ai/onnx/operators/). */
export class OnnxGraph implements Ops<ValueName> {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #constants = new Map<string, ValueName>();
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  /** A vector of ones, as long as the batch. */
  #ones: ValueName | undefined;

  constructor(readonly name: string) {}

  input(name: string, type: ElementType, shape: readonly Axis[]): ValueName {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, value: ValueName, shape: readonly Axis[]): void {
    this.#nodes.push(node('Identity', [value], [name]));
    this.#outputs.push(valueInfo(name, 'float32', shape));
  }

  /** A tensor in the file, or, with `externalData`, in a separate file next to it. */
  initializer(
    name: string,
    shape: readonly number[],
    content: Float32Array | TensorProto['externalData'],
  ): ValueName {
    const tensor: TensorProto = { name, dims: [...shape], dataType: elementTypes.float32 };
    this.#initializers.push(
      content instanceof Float32Array
        ? { ...tensor, rawData: bytesOf(content) }
        : { ...tensor, externalData: content, dataLocation: 1 },
    );
    return name;
  }

  toGraphProto(): GraphProto {
    return {
      name: this.name,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    };
  }

  /** Rows of a table (rows, dim) at ids (n, 1): (n, 1, dim). */
  gatherRows(table: ValueName, ids: ValueName): ValueName {
    return this.#add('Gather', [table, ids], [int('axis', 0)]);
  }

  /** The columns of (n, c), each (n, 1). */
  splitColumns(a: ValueName, count: number): ValueName[] {
    const outputs = Array.from({ length: count }, (_, column) => `${a}_${column}`);
    this.#nodes.push(node('Split', [a], outputs, [int('axis', 1)]));
    return outputs;
  }

  matMul(a: ValueName, b: ValueName, { transposeA = false } = {}): ValueName {
    return this.#add('Gemm', [a, b], [int('transA', Number(transposeA))]);
  }

  batchMatMul(a: ValueName, b: ValueName, { transposeB = false } = {}): ValueName {
    return this.#add('MatMul', [a, transposeB ? this.#add('Transpose', [b], [ints('perm', [0, 2, 1])]) : b]);
  }

  linear(x: ValueName, weight: ValueName, bias: ValueName): ValueName {
    return this.#add('Gemm', [x, weight, bias], [int('transB', 1)]);
  }

  subtractProduct(c: ValueName, a: ValueName, b: ValueName): ValueName {
    return this.#add('Gemm', [a, b, c], [int('transA', 1), float('alpha', -1)]);
  }

  add(a: ValueName, b: ValueName): ValueName {
    return this.#add('Add', [a, b]);
  }

  subtract(a: ValueName, b: ValueName): ValueName {
    return this.#add('Sub', [a, b]);
  }

  multiply(a: ValueName, b: ValueName): ValueName {
    return this.#add('Mul', [a, b]);
  }

  divide(a: ValueName, b: ValueName): ValueName {
    return this.#add('Div', [a, b]);
  }

  negate(a: ValueName): ValueName {
    return this.#add('Neg', [a]);
  }

  log(a: ValueName): ValueName {
    return this.#add('Log', [a]);
  }

  relu(a: ValueName): ValueName {
    return this.#add('Relu', [a]);
  }

  sigmoid(a: ValueName): ValueName {
    return this.#add('Sigmoid', [a]);
  }

  reluGradient(output: ValueName, gradient: ValueName): ValueName {
    // Whether the output is not 0, as a number. The shorter `Sign` takes three times as long in ONNX Runtime.
    return this.multiply(gradient, this.#cast(this.#cast(output, 'bool'), 'float32'));
  }

  sqrt(a: ValueName): ValueName {
    return this.#add('Sqrt', [a]);
  }

  addNumber(a: ValueName, number: number): ValueName {
    return this.add(a, this.#floats([number]));
  }

  clampBelow(a: ValueName, least: number): ValueName {
    return this.#add('Max', [a, this.#floats([least])]);
  }

  oneMinus(a: ValueName): ValueName {
    return this.subtract(this.#floats([1]), a);
  }

  mean(a: ValueName): ValueName {
    return this.#add('ReduceMean', [a], [int('keepdims', 0)]);
  }

  sumRows(a: ValueName): ValueName {
    // Multiplying by ones takes a third of the time of `ReduceSum`.
    this.#ones ??= this.#add('ConstantOfShape', [this.#add('Shape', [a], [int('end', 1)])], [one('value')]);
    return this.#add('MatMul', [this.#ones, a]);
  }

  reshape(a: ValueName, shape: readonly number[]): ValueName {
    return this.#add('Reshape', [a, this.#int64s(shape)]);
  }

  concat(parts: readonly ValueName[], axis: number): ValueName {
    return this.#add('Concat', parts, [int('axis', axis)]);
  }

  pairProducts(vectors: ValueName, pairs: Pairs): ValueName {
    return pairProducts(this, vectors, pairs);
  }

  slice(a: ValueName, axis: number, start: number, end: number): ValueName {
    return this.#add('Slice', [a, this.#int64s([start]), this.#int64s([end]), this.#int64s([axis])]);
  }

  gatherColumns(a: ValueName, columns: Int32Array): ValueName {
    // onnxruntime gathers columns value by value but copies whole rows, which is twice as fast even with two transpositions.
    const rows = this.#add(
      'Gather',
      [this.#transpose(a), this.#constant('int32', columns)],
      [int('axis', 0)],
    );
    return this.#transpose(rows);
  }

  appendZeroColumn(a: ValueName): ValueName {
    return this.#add('Pad', [a, this.#int64s([0, 0, 0, 1])]);
  }

  #transpose(a: ValueName): ValueName {
    return this.#add('Transpose', [a], [ints('perm', [1, 0])]);
  }

  #cast(a: ValueName, type: ElementType): ValueName {
    return this.#add('Cast', [a], [int('to', elementTypes[type])]);
  }

  #add(opType: string, inputs: readonly ValueName[], attributes: AttributeProto[] = []): ValueName {
    const name = `${opType.toLowerCase()}_${this.#nodes.length}`;
    this.#nodes.push(node(opType, inputs, [name], attributes));
    return name;
  }

  #floats(values: readonly number[]): ValueName {
    return this.#constant('float32', new Float32Array(values));
  }

  #int64s(values: readonly number[]): ValueName {
    return this.#constant('int64', new BigInt64Array(values.map(BigInt)));
  }

  #constant(type: ElementType, values: Float32Array | Int32Array | BigInt64Array): ValueName {
    const key = `${type} ${values.join()}`;
    let name = this.#constants.get(key);
    if (name === undefined) {
      name = `constant_${this.#constants.size}`;
      this.#constants.set(key, name);
      this.#initializers.push({
        name,
        dims: [values.length],
        dataType: elementTypes[type],
        rawData: bytesOf(values),
      });
    }
    return name;
  }
}

function node(
  opType: string,
  input: readonly ValueName[],
  output: ValueName[],
  attribute: AttributeProto[] = [],
): NodeProto {
  return { opType, input: [...input], output, name: `make_${output[0]}`, attribute };
}

function valueInfo(name: string, type: ElementType, shape: readonly Axis[]): ValueInfoProto {
  const dim = shape.map((axis) => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

function bytesOf(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function int(name: string, i: number): AttributeProto {
  return { name, type: 2, i };
}

function ints(name: string, values: number[]): AttributeProto {
  return { name, type: 7, ints: values };
}

function float(name: string, f: number): AttributeProto {
  return { name, type: 1, f };
}

/** The float32 1 as a tensor. */
function one(name: string): AttributeProto {
  const rawData = bytesOf(new Float32Array([1]));
  return { name, type: 4, t: { name: '', dims: [1], dataType: elementTypes.float32, rawData } };
}
