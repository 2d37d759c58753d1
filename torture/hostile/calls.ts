import { torchFile } from './files.js';
import { dict, join, pickled, tensor, text, tuple } from './pickle-code.js';

const dangerous = [
  'os.system',
  'posix.system',
  'nt.system',
  'subprocess.Popen',
  'subprocess.check_output',
  'builtins.eval',
  'builtins.exec',
  'builtins.open',
  'builtins.getattr',
  'builtins.__import__',
  '__builtin__.eval',
  'runpy.run_path',
  'importlib.import_module',
  'pickle.loads',
  'torch.load',
  'torch.hub.load',
  'operator.attrgetter',
  'functools.partial',
  'webbrowser.open',
  'socket.create_connection',
  'shutil.rmtree',
  'ctypes.CDLL',
  'torch._utils._rebuild_tensor_v2\x00',
  'constructor.constructor',
  '__proto__.constructor',
  'child_process.execSync',
  'process.exit',
  'pty.spawn',
  'platform.popen',
  'code.interact',
  'pip._internal.main',
  'torch.jit.load',
  'torch.serialization.load',
  'torch._dynamo.guards.GuardBuilder',
  'numpy.load',
  'numpy.testing._private.utils.runstring',
];

/** Pickles that try to call a function, in every way that a pickle can; `canary`: a path that must not appear. */
export function calls(canary: string): { name: string; file: Buffer }[] {
  const command = text(`touch ${canary}`);
  const before = dict(text('w'), tensor());
  return dangerous.flatMap((path) => {
    const dot = path.lastIndexOf('.');
    const [module, name] = [path.slice(0, dot), path.slice(dot + 1)];
    const forms: Record<string, Buffer> = {
      REDUCE: join(`c${module}\n${name}\n`, tuple(command), 'R'),
      'STACK_GLOBAL and REDUCE': join(text(module), text(name), '\x93', tuple(command), 'R'),
      NEWOBJ: join(`c${module}\n${name}\n`, tuple(command), '\x81'),
      INST: join('(', command, `i${module}\n${name}\n`),
      OBJ: join('(', `c${module}\n${name}\n`, command, 'o'),
      'BUILD of what was called': join(
        `c${module}\n${name}\n`,
        ')R',
        dict(text('__setstate__'), command),
        'b',
      ),
    };
    return Object.entries(forms).map(([form, code]) => ({
      name: `${path} by ${form}`,
      file: torchFile(pickled(before, '0', code)),
    }));
  });
}
