/** The attribute of a state dict, an OrderedDict in Python, that holds what the checkpoint says beside the tensors. */
export const metadataAttribute = 'checkpoint_metadata';
