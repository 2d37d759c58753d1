/** The attribute of a state dict (an OrderedDict in Python) that holds the metadata of the checkpoint. */
export const metadataAttribute = 'checkpoint_metadata';
