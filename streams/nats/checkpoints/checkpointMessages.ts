/**
 * On `checkpoint.<trainer>.<trial>`: a trainer asks for room to save so many bytes, or for a part of the checkpoint from which its run resumes, by its
 * SHA-256. It comes to `part.<trainer>.<to>.<sha256>`.
 */
export type CheckpointRequest = { readonly run: string } & ({ readonly save: number } | { readonly get: string; readonly to: string });

/**
 * What the engine answers. `have`: the parts of the trial that this trainer saved before. `most`: bytes that a checkpoint whose manifest is requested
 * may have. `wait`: the engine does not know the run yet, so ask again.
 */
export type CheckpointAnswer =
  | { readonly ok: true; readonly have: readonly string[]; readonly most?: number }
  | { readonly ok: false; readonly wait?: true; readonly error: string };
