import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import {
  data,
  environmentWithCommands,
  expectResultsOfSingleRun,
  model,
  parts,
  succeed,
  writeProgram,
} from '../../../scripts/test/cluster-run.js';

interface Job {
  metadata: { name: string };
  spec: {
    completionMode?: string;
    completions?: number;
    template: {
      spec: {
        containers: {
          command: string[];
          args: string[];
          env?: { name: string; value: string }[];
          volumeMounts: { name: string; mountPath: string }[];
        }[];
      };
    };
  };
}

const example = join(__dirname, '..');
const manifests = readdirSync(example).filter((name) => name.endsWith('.yaml'));
const read = (name: string): unknown => parse(readFileSync(join(example, name), 'utf8'));
const jobs = ['prune', 'merge-models', 'measure', 'report'];
const containerOf = (job: Job) => job.spec.template.spec.containers[0]!;

// Kubernetes' own schema, in which unknown fields are errors; its program is next to it.
const schema = JSON.parse(readFileSync(join(__dirname, 'golden/kubernetes-1.37.json'), 'utf8'));
const definitions: Record<string, string> = {
  Job: 'io.k8s.api.batch.v1.Job',
  PersistentVolumeClaim: 'io.k8s.api.core.v1.PersistentVolumeClaim',
};

/** What is wrong with a manifest. */
function faultsOf(manifest: { kind: string }): string[] {
  const ajv = new Ajv({ unknownFormats: 'ignore', schemaId: 'auto', logger: false });
  const validate = ajv.compile({
    ...schema,
    oneOf: undefined,
    $ref: `#/definitions/${definitions[manifest.kind]}`,
  });
  validate(manifest);
  return (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);
}

describe('the manifests', () => {
  test.each(manifests)("%s fits Kubernetes 1.37's schema", (name) => {
    expect(faultsOf(read(name) as Job & { kind: string })).toEqual([]);
  });

  test('would not fit with a mistake', () => {
    const job = read('prune.yaml') as { kind: string; spec: Record<string, unknown> };
    expect(faultsOf({ ...job, spec: { ...job.spec, completion: 8 } } as never)).toEqual([
      '.spec should NOT have additional properties',
    ]);
    expect(faultsOf({ ...job, spec: { ...job.spec, completions: 'eight' } } as never)).toEqual([
      '.spec.completions should be integer,null',
    ]);
  });

  test('are the jobs that run.sh runs, and a volume that they share', () => {
    expect(manifests.sort()).toEqual([...jobs, 'volume'].map((name) => `${name}.yaml`).sort());
    const claim = read('volume.yaml') as { metadata: { name: string } };
    for (const name of jobs) {
      const job = read(`${name}.yaml`) as Job;
      expect(job.metadata.name).toBe(name);
      expect(job.spec.template.spec).toMatchObject({
        securityContext: { runAsNonRoot: true },
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim.metadata.name } }],
      });
      expect(containerOf(job).volumeMounts).toEqual([{ name: 'data', mountPath: '/data' }]);
    }
  });

  test('tell the pods of an Indexed Job how many they are', () => {
    for (const name of ['prune', 'measure']) {
      const job = read(`${name}.yaml`) as Job;
      expect(job.spec.completionMode).toBe('Indexed');
      expect(containerOf(job).env).toContainEqual({
        name: 'JOB_COMPLETIONS',
        value: `${job.spec.completions}`,
      });
    }
  });
});

// Pods run Linux; Windows has no bash of its own.
describe.each(process.platform === 'win32' ? [] : ['bash'])('with %s', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubernetes-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("the containers' commands, as processes, give what the single commands give", () => {
    const env = environmentWithCommands(join(folder, 'bin'));
    const shared = join(folder, 'data');
    mkdirSync(shared);
    copyFileSync(model, join(shared, 'criteo_model.ckpt'));
    copyFileSync(data, join(shared, 'kaggleAdDisplayChallenge_processed.npz'));
    for (const name of jobs) {
      const job = read(`${name}.yaml`) as Job;
      const { command, args } = containerOf(job);
      const script = args.map((text) => text.replaceAll('/data', shared));
      // Pods end in any order.
      for (const index of job.spec.completionMode === 'Indexed' ? [1, 2, 0] : [undefined]) {
        const ofPod = { JOB_COMPLETION_INDEX: `${index}`, JOB_COMPLETIONS: `${parts}` };
        succeed(command[0]!, [...command.slice(1), ...script], {
          cwd: shared,
          env: { ...env, ...(index !== undefined && ofPod) },
        });
      }
    }
    expectResultsOfSingleRun(shared, { folder: join(folder, 'single'), env });
    expect(readdirSync(join(shared, 'report'))).toContain('report.html');
  });

  test.each([
    ['SuccessCriteriaMet Complete', 0, jobs],
    ['FailureTarget Failed', 1, ['prune']],
  ])('run.sh, where jobs end with %s', (condition, expectedStatus, applied) => {
    const env = environmentWithCommands(join(folder, 'bin'));
    // In place of a cluster: notes what is applied; a job has ended when it is asked for twice.
    writeProgram(
      join(folder, 'bin'),
      'kubectl',
      `echo "$@" >> "${folder}/calls"
if [ "$2" = get ] && [ $(grep -c "get job $4 " "${folder}/calls") -gt 1 ]; then echo "${condition}"; fi`,
    );
    const { status, stderr } = spawnSync(join(example, 'run.sh'), ['--namespace=benchmark'], {
      cwd: folder,
      env: { ...env, POLL_SECONDS: '0' },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      expectedStatus,
      expectedStatus === 0 ? '' : 'error: job prune failed; see kubectl logs job/prune\n',
    ]);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n');
    expect(calls.filter((call) => call.includes('apply'))).toEqual(
      applied.map((job) => `--namespace=benchmark apply --filename=${job}.yaml`),
    );
    expect(calls.filter((call) => call.includes('get job'))).toHaveLength(2 * applied.length);
  });
});
