/** The file that the threads of the forward pass run: built, it lies beside this one. */
export const forwardWorkerUrl = new URL('./forward.worker.js', import.meta.url);
