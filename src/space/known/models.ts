import { logNormal, normal, weights } from '../prior.ts';
import { boolean, choice, float, int } from '../types/dimension.ts';
import { type KnownProgram, known } from './row.ts';

const temperature = known(1, float(0, 2, { prior: normal(0.5, 0.45) }), 'lower for facts and code; alter it or top_p, not both');
const topP = known(1, float(0.05, 1, { prior: normal(0.95, 0.12) }));
const topK = known(50, int(1, 200, { log: true, prior: logNormal(40, 0.9) }));
const minP = known(0, float(0, 0.5, { prior: normal(0.05, 0.07) }));
const repetition = known(1, float(0.9, 1.5, { prior: normal(1.05, 0.08) }));
const additive = known(0, float(-2, 2, { prior: normal(0.1, 0.4) }));
const length = known(undefined, int(32, 8192, { log: true, prior: logNormal(512, 1) }));

/** Language and diffusion models at run time, their servers, and retrieval. */
export const models: readonly KnownProgram[] = [
  {
    names: ['openai.chat.completions.create', 'openai.OpenAI', 'litellm.completion'],
    source: 'platform.openai.com/docs/api-reference/chat/create; Holtzman et al. 2020',
    parameters: {
      temperature: [temperature],
      top_p: [topP],
      frequency_penalty: [additive],
      presence_penalty: [additive],
      max_tokens: [length],
      max_completion_tokens: [length],
      n: [known(1, int(1, 16, { log: true, prior: logNormal(2, 0.9) }))],
      reasoning_effort: [known('medium', choice(['minimal', 'low', 'medium', 'high'], { prior: weights([1, 2, 3, 2]) }))],
    },
  },
  {
    names: ['anthropic.messages.create', 'anthropic.Anthropic'],
    source: 'docs.anthropic.com/en/api/messages',
    parameters: {
      temperature: [known(1, float(0, 1, { prior: normal(0.5, 0.4) }), 'lower for facts and code; alter it or top_p, not both')],
      top_p: [topP],
      top_k: [topK],
      max_tokens: [length],
    },
  },
  {
    names: ['transformers.GenerationConfig', 'vllm.SamplingParams', 'llama_cpp.Llama', 'ollama.chat'],
    source: 'huggingface.co/docs/transformers/main_classes/text_generation; docs.vllm.ai; Holtzman et al. 2020; Nguyen et al. 2024 (min-p)',
    parameters: {
      temperature: [temperature],
      top_p: [topP],
      top_k: [topK],
      min_p: [minP],
      typical_p: [known(1, float(0.1, 1, { prior: normal(0.95, 0.15) }))],
      repetition_penalty: [repetition],
      repeat_penalty: [repetition],
      frequency_penalty: [additive],
      presence_penalty: [additive],
      max_new_tokens: [length],
      max_tokens: [length],
      num_beams: [known(1, int(1, 10, { prior: logNormal(3, 0.7) }), 'without do_sample')],
      length_penalty: [known(1, float(0.2, 2.5, { prior: normal(1, 0.4) }), 'only with num_beams above 1')],
      no_repeat_ngram_size: [known(0, int(0, 6, { prior: normal(2, 2) }))],
      penalty_alpha: [known(undefined, float(0, 1, { prior: normal(0.6, 0.2) }), 'contrastive search, with top_k')],
      do_sample: [known(false, boolean())],
    },
  },
  {
    names: ['vllm.LLM', 'vllm.EngineArgs', 'vllm.AsyncEngineArgs', 'vllm.serve'],
    source: 'vLLM 0.11, docs.vllm.ai/en/stable/configuration/engine_args.html and optimization.html; Kwon et al. 2023; Agrawal et al. 2024',
    parameters: {
      gpu_memory_utilization: [known(0.9, float(0.5, 0.98, { prior: normal(0.92, 0.06) }), 'above about .95 it may run out of memory')],
      max_num_seqs: [known(256, int(8, 1024, { log: true, prior: logNormal(256, 0.8) }), 'larger for throughput, smaller for latency')],
      max_num_batched_tokens: [
        known(
          2048,
          int(512, 65_536, { log: true, prior: logNormal(6000, 1) }),
          'larger for throughput and first tokens, smaller for the time between tokens',
        ),
      ],
      tensor_parallel_size: [
        known(1, choice([1, 2, 4, 8], { prior: weights([3, 2, 2, 1]) })),
        known(1, int(1, 8, { prior: logNormal(2, 0.8) })),
      ],
      pipeline_parallel_size: [known(1, choice([1, 2, 4], { prior: weights([6, 1, 1]) })), known(1, int(1, 4, { prior: normal(1, 1) }))],
      block_size: [known(16, choice([8, 16, 32, 64, 128], { prior: weights([1, 4, 2, 1, 1]) }))],
      max_model_len: [known(null, int(512, 131_072, { log: true, prior: logNormal(8192, 1.2) }), 'as long as your requests need')],
      swap_space: [known(4, int(0, 64, { prior: normal(4, 8) })), known(4, float(0, 64, { prior: normal(4, 8) }))],
      enable_prefix_caching: [known(true, boolean({ prior: weights([1, 3]) }))],
      enable_chunked_prefill: [known(true, boolean({ prior: weights([1, 3]) }))],
      enforce_eager: [known(false, boolean({ prior: weights([5, 1]) }))],
      kv_cache_dtype: [known('auto', choice(['auto', 'fp8', 'fp8_e4m3', 'fp8_e5m2'], { prior: weights([4, 2, 1, 1]) }))],
      num_speculative_tokens: [known(undefined, int(1, 10, { prior: logNormal(4, 0.5) }))],
      max_num_partial_prefills: [known(1, int(1, 8, { prior: normal(1, 2) }))],
    },
  },
  {
    names: [
      'diffusers.StableDiffusionPipeline',
      'diffusers.StableDiffusionXLPipeline',
      'diffusers.StableDiffusionImg2ImgPipeline',
      'diffusers.DiffusionPipeline',
    ],
    source: 'diffusers 0.35, huggingface.co/docs/diffusers/api/pipelines/stable_diffusion; Ho and Salimans 2022; Song et al. 2021',
    parameters: {
      guidance_scale: [known(7.5, float(1, 20, { prior: normal(7, 3) }), 'higher follows the prompt more closely, with less variety')],
      num_inference_steps: [known(50, int(4, 150, { log: true, prior: logNormal(35, 0.6) }), 'more are seldom worse, only slower')],
      strength: [known(0.8, float(0.05, 1, { prior: normal(0.7, 0.2) }), 'steps are used in proportion to it')],
      eta: [known(0, float(0, 1, { prior: normal(0, 0.4) }), 'only with the DDIM scheduler')],
      guidance_rescale: [known(0, float(0, 1, { prior: normal(0.3, 0.4) }))],
      clip_skip: [known(null, int(0, 3, { prior: normal(1, 1) }))],
      controlnet_conditioning_scale: [known(1, float(0, 2, { prior: normal(0.8, 0.35) }))],
      image_guidance_scale: [known(1.5, float(1, 3, { prior: normal(1.5, 0.4) }))],
    },
  },
  {
    names: ['langchain.RetrievalQA', 'langchain_text_splitters.RecursiveCharacterTextSplitter', 'llama_index.VectorStoreIndex'],
    source: 'docs.llamaindex.ai/en/stable/optimizing/production_rag; python.langchain.com/docs; Wang et al. 2024, arxiv.org/abs/2407.01219',
    parameters: {
      chunk_size: [known(1024, int(64, 4096, { log: true, prior: logNormal(512, 0.8) }), 'a larger one needs a smaller k')],
      chunk_overlap: [known(200, int(0, 1000, { prior: normal(80, 120) }), 'below chunk_size, often a tenth of it')],
      k: [known(4, int(1, 50, { log: true, prior: logNormal(6, 0.7) }))],
      similarity_top_k: [known(2, int(1, 50, { log: true, prior: logNormal(6, 0.7) }))],
      fetch_k: [known(20, int(5, 200, { log: true, prior: logNormal(30, 0.7) }), 'at least k')],
      lambda_mult: [known(0.5, float(0, 1, { prior: normal(0.5, 0.25) }))],
      score_threshold: [known(undefined, float(0, 1, { prior: normal(0.4, 0.25) }))],
    },
  },
  {
    names: ['prophet.Prophet'],
    source: 'Prophet 1.1, facebook.github.io/prophet/docs/diagnostics.html#hyperparameter-tuning',
    parameters: {
      changepoint_prior_scale: [known(0.05, float(0.001, 0.5, { log: true, prior: logNormal(0.05, 1.4) }), 'matters most')],
      seasonality_prior_scale: [known(10, float(0.01, 10, { log: true, prior: logNormal(2, 1.8) }))],
      holidays_prior_scale: [known(10, float(0.01, 10, { log: true, prior: logNormal(2, 1.8) }))],
      seasonality_mode: [known('additive', choice(['additive', 'multiplicative']))],
      changepoint_range: [known(0.8, float(0.8, 0.95, { prior: normal(0.85, 0.06) }))],
      n_changepoints: [known(25, int(5, 100, { log: true, prior: logNormal(25, 0.5) }))],
    },
  },
  {
    names: ['umap.UMAP'],
    source: 'UMAP 0.5, umap-learn.readthedocs.io/en/latest/parameters.html',
    parameters: {
      n_neighbors: [known(15, int(2, 200, { log: true, prior: logNormal(20, 0.9) }))],
      min_dist: [known(0.1, float(0, 0.99, { prior: normal(0.1, 0.25) }))],
      n_components: [known(2, int(2, 100, { log: true, prior: logNormal(6, 1.1) }))],
      metric: [known('euclidean', choice(['euclidean', 'cosine', 'manhattan', 'correlation'], { prior: weights([2, 2, 1, 1]) }))],
    },
  },
];
