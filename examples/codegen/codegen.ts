import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'http://localhost:4000/graphql',
  documents: 'codegen/main.ts',
  generates: {
    'codegen/gql/': {
      preset: 'client',
      config: {
        strictScalars: true,
        useTypeImports: true,
        scalars: {
          DateTime: { input: 'string | number', output: 'string' },
          Timestamp: 'number',
          Timeframe: 'string',
          OHLCV: '[timestamp: number, open: number, high: number, low: number, close: number, volume: number]',
        },
      },
    },
  },
};

export default config;
