import fc from 'fast-check';

/**
 * Properties draw the same cases in every run, so that a test run fails for what changed and never for what it drew.
 * PROPERTY_SEED draws others, as CONTRIBUTING.md says.
 */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
