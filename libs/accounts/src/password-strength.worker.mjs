import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english, translations } from '@zxcvbn-ts/language-en';

// The thread that estimates: the service itself never loads the dictionaries (150 ms and 40 MB), nor waits for an estimate.
// Five substitutions and not a hundred: each multiplies the time a hostile text takes, and people use few.
const estimator = new ZxcvbnFactory({
  graphs: adjacencyGraphs,
  dictionary: { ...common, ...english },
  translations,
  l33tMaxSubstitutions: 5,
});

parentPort.on('message', ({ id, password, about }) => {
  const { score, feedback } = estimator.check(password, about);
  parentPort.postMessage({ id, score, warning: feedback.warning ?? '', suggestions: feedback.suggestions });
});
