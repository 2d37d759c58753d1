/** The file that the threads of the forward pass run; in the build it is next to this one. */
export const forwardWorkerUrl = new URL('./forward.worker.js', import.meta.url);
