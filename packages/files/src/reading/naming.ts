/** Does work on a file, and puts its path in front of errors that do not name it. */
export async function naming<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    if (message.includes(path)) throw error;
    throw new Error(`${path}: ${message}`, { cause: error });
  }
}
