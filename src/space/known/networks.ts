import { logNormal, normal, weights } from '../prior.ts';
import { boolean, choice, float, int } from '../types/dimension.ts';
import { type KnownParameter, type KnownProgram, known } from './row.ts';

const lr = (otherwise: number, median: number, sigma = 1.4): KnownParameter[] => [
  known(
    otherwise,
    float(median / 300, Math.min(1, median * 300), { log: true, prior: logNormal(median, sigma) }),
    'a larger batch allows a larger one',
  ),
];
/** The weight decay of decoupled optimisers is larger than an L2 penalty. */
const decay = (otherwise: number, median: number): KnownParameter[] => [
  known(otherwise, float(1e-6, 1, { log: true, prior: logNormal(median, 2) })),
  known(otherwise, float(0, 0.3, { prior: normal(0, Math.max(0.02, 2 * median)) })),
];
const momentum = (otherwise: number): KnownParameter[] => [
  known(otherwise, float(0.5, 0.99, { logit: true, prior: normal(0.9, 0.1) }), 'a larger one needs a smaller learning rate'),
];
const beta1 = [known(0.9, float(0.8, 0.99, { logit: true, prior: normal(0.9, 0.05) }))];
const beta2 = [known(0.999, float(0.9, 0.9999, { logit: true, prior: normal(0.995, 0.02) }))];
const epsilon = [known(1e-8, float(1e-10, 1e-3, { log: true, prior: logNormal(1e-8, 3) }))];

/** What programs call the parts of a training loop that the optimiser does not have. Networks have no defaults. */
const loop = {
  batch_size: [known(undefined, int(8, 1024, { log: true, prior: logNormal(64, 1) }), 'twice of it needs a larger learning rate')],
  dropout: [known(0.5, float(0, 0.7, { prior: normal(0.2, 0.2) }))],
  hidden_size: [known(undefined, int(16, 2048, { log: true, prior: logNormal(256, 0.9) }))],
  hidden_dim: [known(undefined, int(16, 2048, { log: true, prior: logNormal(256, 0.9) }))],
  num_layers: [known(undefined, int(1, 12, { prior: logNormal(3, 0.6) }))],
  n_layers: [known(undefined, int(1, 12, { prior: logNormal(3, 0.6) }))],
  embedding_dim: [known(undefined, int(8, 1024, { log: true, prior: logNormal(128, 1) }))],
  activation: [known('relu', choice(['relu', 'gelu', 'silu', 'tanh', 'elu', 'leaky_relu'], { prior: weights([3, 3, 2, 1, 1, 1]) }))],
  label_smoothing: [known(0, float(0, 0.3, { prior: normal(0.05, 0.08) }))],
  grad_clip: [known(undefined, float(0.05, 10, { log: true, prior: logNormal(1, 1) }))],
  max_grad_norm: [known(1, float(0.05, 10, { log: true, prior: logNormal(1, 1) }))],
  warmup_ratio: [known(0, float(0, 0.3, { prior: normal(0.05, 0.06) }))],
  mixup_alpha: [known(undefined, float(0, 1, { prior: normal(0.2, 0.25) }))],
};

const TORCH = 'PyTorch 2.6, docs.pytorch.org/docs/stable/optim.html; Godbole et al. 2023, github.com/google-research/tuning_playbook';
const KERAS = 'Keras 3, keras.io/api/optimizers; Godbole et al. 2023, github.com/google-research/tuning_playbook';

export const networks: readonly KnownProgram[] = [
  {
    names: ['torch.optim.Adam', 'torch.optim.NAdam', 'torch.optim.RAdam'],
    source: `${TORCH}; Kingma and Ba 2015`,
    parameters: {
      ...loop,
      lr: lr(1e-3, 1e-3),
      learning_rate: lr(1e-3, 1e-3),
      weight_decay: decay(0, 1e-5),
      beta1,
      beta2,
      eps: epsilon,
      amsgrad: [known(false, boolean({ prior: weights([2, 1]) }))],
    },
  },
  {
    names: ['torch.optim.AdamW'],
    source: `${TORCH}; Loshchilov and Hutter 2019`,
    parameters: {
      ...loop,
      lr: lr(1e-3, 5e-4),
      learning_rate: lr(1e-3, 5e-4),
      weight_decay: decay(0.01, 0.02),
      beta1,
      beta2,
      eps: epsilon,
      amsgrad: [known(false, boolean({ prior: weights([2, 1]) }))],
    },
  },
  {
    names: ['torch.optim.SGD'],
    source: `${TORCH}; Sutskever et al. 2013; Goyal et al. 2017`,
    parameters: {
      ...loop,
      lr: lr(1e-3, 0.03, 1.5),
      learning_rate: lr(1e-3, 0.03, 1.5),
      momentum: momentum(0),
      weight_decay: decay(0, 2e-4),
      nesterov: [known(false, boolean({ prior: weights([1, 2]) }), 'only with momentum')],
      dampening: [known(0, float(0, 0.9, { prior: normal(0, 0.2) }))],
    },
  },
  {
    names: ['torch.optim.RMSprop', 'torch.optim.Adagrad', 'torch.optim.Adadelta'],
    source: TORCH,
    parameters: {
      ...loop,
      lr: lr(0.01, 2e-3, 1.8),
      learning_rate: lr(0.01, 2e-3, 1.8),
      alpha: [known(0.99, float(0.8, 0.999, { logit: true, prior: normal(0.97, 0.05) }))],
      momentum: [known(0, float(0, 0.99, { prior: normal(0.5, 0.5) }))],
      weight_decay: decay(0, 1e-5),
      eps: epsilon,
    },
  },
  {
    names: ['torch.optim.lr_scheduler.StepLR', 'torch.optim.lr_scheduler.OneCycleLR', 'torch.optim.lr_scheduler.ReduceLROnPlateau'],
    source: `${TORCH}; Smith and Topin 2018`,
    parameters: {
      gamma: [known(0.1, float(0.05, 0.95, { prior: normal(0.3, 0.25) }))],
      factor: [known(0.1, float(0.05, 0.95, { prior: normal(0.3, 0.25) }))],
      patience: [known(10, int(1, 50, { log: true, prior: logNormal(6, 0.8) }))],
      max_lr: [known(undefined, float(1e-4, 1, { log: true, prior: logNormal(0.01, 1.6) }))],
      pct_start: [known(0.3, float(0.05, 0.6, { prior: normal(0.3, 0.12) }))],
      div_factor: [known(25, float(2, 100, { log: true, prior: logNormal(20, 0.8) }))],
    },
  },
  {
    names: ['keras.optimizers.Adam', 'keras.optimizers.Nadam', 'keras.optimizers.AdamW', 'keras.optimizers.Adamax'],
    source: KERAS,
    parameters: {
      ...loop,
      learning_rate: lr(1e-3, 1e-3),
      beta_1: beta1,
      beta_2: beta2,
      epsilon: [known(1e-7, float(1e-10, 1e-3, { log: true, prior: logNormal(1e-7, 3) }))],
      weight_decay: decay(0.004, 0.005),
      clipnorm: [known(null, float(0.05, 10, { log: true, prior: logNormal(1, 1) }))],
      units: [known(undefined, int(16, 1024, { log: true, prior: logNormal(128, 0.9) }))],
      filters: [known(undefined, int(8, 512, { log: true, prior: logNormal(64, 0.8) }))],
    },
  },
  {
    names: ['keras.optimizers.SGD', 'keras.optimizers.RMSprop'],
    source: KERAS,
    parameters: {
      ...loop,
      learning_rate: lr(0.01, 0.01, 1.8),
      momentum: momentum(0),
      nesterov: [known(false, boolean({ prior: weights([1, 2]) }), 'only with momentum')],
      rho: [known(0.9, float(0.5, 0.99, { logit: true, prior: normal(0.9, 0.1) }))],
      clipnorm: [known(null, float(0.05, 10, { log: true, prior: logNormal(1, 1) }))],
      units: [known(undefined, int(16, 1024, { log: true, prior: logNormal(128, 0.9) }))],
      filters: [known(undefined, int(8, 512, { log: true, prior: logNormal(64, 0.8) }))],
    },
  },
  {
    names: ['transformers.TrainingArguments', 'transformers.Trainer', 'transformers.Seq2SeqTrainingArguments'],
    source:
      'transformers 4, huggingface.co/docs/transformers/main_classes/trainer; grids of BERT (Devlin et al. 2019) and RoBERTa (Liu et al. 2019)',
    parameters: {
      learning_rate: [
        known(5e-5, float(1e-6, 1e-3, { log: true, prior: logNormal(3e-5, 0.9) }), 'for fine-tuning; LoRA needs about ten times as much'),
      ],
      weight_decay: [
        known(0, float(0, 0.3, { prior: normal(0.03, 0.06) })),
        known(0, float(1e-5, 0.3, { log: true, prior: logNormal(0.01, 1.8) })),
      ],
      per_device_train_batch_size: [
        known(8, int(4, 128, { log: true, prior: logNormal(16, 0.7) }), 'the batch is this times gradient_accumulation_steps'),
      ],
      gradient_accumulation_steps: [known(1, int(1, 32, { log: true, prior: logNormal(2, 1) }))],
      num_train_epochs: [
        known(3, int(1, 20, { log: true, prior: logNormal(3, 0.6) })),
        known(3, float(1, 20, { log: true, prior: logNormal(3, 0.6) })),
      ],
      warmup_ratio: [known(0, float(0, 0.3, { prior: normal(0.06, 0.06) }))],
      warmup_steps: [known(0, int(0, 2000, { prior: normal(100, 300) }))],
      max_grad_norm: [known(1, float(0.05, 10, { log: true, prior: logNormal(1, 0.9) }))],
      label_smoothing_factor: [known(0, float(0, 0.3, { prior: normal(0.03, 0.07) }))],
      neftune_noise_alpha: [known(null, float(0, 15, { prior: normal(5, 4) }))],
      adam_beta1: beta1,
      adam_beta2: beta2,
      adam_epsilon: epsilon,
      lr_scheduler_type: [
        known(
          'linear',
          choice(['linear', 'cosine', 'constant', 'constant_with_warmup', 'polynomial'], { prior: weights([3, 3, 1, 1, 1]) }),
        ),
      ],
      hidden_dropout_prob: [known(0.1, float(0, 0.4, { prior: normal(0.1, 0.08) }))],
      attention_probs_dropout_prob: [known(0.1, float(0, 0.4, { prior: normal(0.1, 0.08) }))],
    },
  },
  {
    names: ['peft.LoraConfig'],
    source: 'PEFT 0.17, huggingface.co/docs/peft/package_reference/lora; Hu et al. 2022; Dettmers et al. 2023; Biderman et al. 2024',
    parameters: {
      r: [known(8, int(2, 256, { log: true, prior: logNormal(16, 0.9) }))],
      lora_r: [known(8, int(2, 256, { log: true, prior: logNormal(16, 0.9) }))],
      lora_alpha: [known(8, int(2, 512, { log: true, prior: logNormal(32, 0.9) }), 'often once or twice r')],
      lora_dropout: [known(0, float(0, 0.3, { prior: normal(0.05, 0.05) }))],
      use_rslora: [known(false, boolean())],
      learning_rate: [
        known(undefined, float(1e-5, 5e-3, { log: true, prior: logNormal(2e-4, 0.9) }), 'about ten times that of full fine-tuning'),
      ],
    },
  },
  {
    names: ['trl.DPOConfig', 'trl.GRPOConfig', 'trl.SFTConfig'],
    source: 'TRL 0.20, huggingface.co/docs/trl; Rafailov et al. 2023',
    parameters: {
      beta: [known(0.1, float(0.005, 1, { log: true, prior: logNormal(0.1, 1) }))],
      learning_rate: [known(1e-6, float(1e-7, 1e-3, { log: true, prior: logNormal(2e-6, 1.5) }))],
      label_smoothing: [known(0, float(0, 0.4, { prior: normal(0, 0.15) }))],
      num_generations: [known(8, int(2, 32, { log: true, prior: logNormal(8, 0.6) }))],
    },
  },
  {
    names: ['stable_baselines3.PPO', 'stable_baselines3.A2C'],
    source: 'Stable-Baselines3 2.4, stable-baselines3.readthedocs.io; ranges of RL Baselines3 Zoo; Andrychowicz et al. 2021',
    parameters: {
      learning_rate: [known(3e-4, float(1e-5, 1e-2, { log: true, prior: logNormal(3e-4, 1) }))],
      gamma: [known(0.99, float(0.9, 0.9999, { logit: true, prior: normal(0.99, 0.02) }), 'longer horizons need values nearer to 1')],
      gae_lambda: [known(0.95, float(0.8, 0.999, { logit: true, prior: normal(0.95, 0.05) }))],
      clip_range: [known(0.2, float(0.05, 0.5, { prior: normal(0.2, 0.1) }))],
      ent_coef: [
        known(0, float(0, 0.1, { prior: normal(0, 0.02) })),
        known(0, float(1e-8, 0.1, { log: true, prior: logNormal(1e-3, 2.5) })),
      ],
      vf_coef: [known(0.5, float(0, 1, { prior: normal(0.5, 0.25) }))],
      n_steps: [
        known(2048, int(8, 4096, { log: true, prior: logNormal(1024, 1) }), 'times the number of environments: at least batch_size'),
      ],
      n_epochs: [known(10, int(1, 30, { log: true, prior: logNormal(10, 0.6) }))],
      batch_size: [known(64, int(8, 1024, { log: true, prior: logNormal(64, 0.9) }))],
    },
  },
  {
    names: ['stable_baselines3.DQN', 'stable_baselines3.SAC', 'stable_baselines3.TD3'],
    source: 'Stable-Baselines3 2.4, stable-baselines3.readthedocs.io; ranges of RL Baselines3 Zoo',
    parameters: {
      learning_rate: [known(3e-4, float(1e-5, 1e-2, { log: true, prior: logNormal(3e-4, 1) }))],
      gamma: [known(0.99, float(0.9, 0.9999, { logit: true, prior: normal(0.99, 0.02) }), 'longer horizons need values nearer to 1')],
      tau: [known(0.005, float(1e-3, 0.1, { log: true, prior: logNormal(0.008, 1) }))],
      batch_size: [known(256, int(16, 2048, { log: true, prior: logNormal(256, 0.8) }))],
      buffer_size: [known(1_000_000, int(10_000, 1_000_000, { log: true, prior: logNormal(300_000, 1) }))],
      learning_starts: [known(100, int(0, 20_000, { prior: normal(1000, 4000) }))],
      exploration_fraction: [known(0.1, float(0.01, 0.5, { prior: normal(0.15, 0.12) }))],
      exploration_final_eps: [known(0.05, float(0.001, 0.2, { prior: normal(0.05, 0.04) }))],
    },
  },
];
