"""Tier two, settings and small objects of training libraries: configurations, states, time zones."""

from __future__ import annotations

TRANSFORMERS_OUTPUTS = """
transformers.modeling_outputs: BackboneOutput BaseModelOutput BaseModelOutputWithCrossAttentions
    BaseModelOutputWithNoAttention BaseModelOutputWithPast BaseModelOutputWithPastAndCrossAttentions
    BaseModelOutputWithPooling BaseModelOutputWithPoolingAndCrossAttentions
    BaseModelOutputWithPoolingAndNoAttention BaseModelOutputWithPoolingAndProjection CausalLMOutput
    CausalLMOutputWithCrossAttentions CausalLMOutputWithPast DepthEstimatorOutput ImageClassifierOutput
    ImageClassifierOutputWithNoAttention ImageSuperResolutionOutput MaskedImageModelingOutput
    MaskedLMOutput MoEModelOutput MoEModelOutputWithPastAndCrossAttentions MoeCausalLMOutputWithPast
    MoeModelOutputWithPast MultipleChoiceModelOutput NextSentencePredictorOutput
    QuestionAnsweringModelOutput SampleTSPredictionOutput SemanticSegmenterOutput Seq2SeqLMOutput
    Seq2SeqMoEModelOutput Seq2SeqMoEOutput Seq2SeqModelOutput Seq2SeqQuestionAnsweringModelOutput
    Seq2SeqSequenceClassifierOutput Seq2SeqSpectrogramOutput Seq2SeqTSModelOutput
    Seq2SeqTSPredictionOutput SequenceClassifierOutput SequenceClassifierOutputWithPast
    TokenClassifierOutput Wav2Vec2BaseModelOutput XVectorOutput
"""

TRANSFORMERS_SETTINGS = """
transformers.activations: AccurateGELUActivation ClassInstantier ClippedGELUActivation FastGELUActivation
    GELUActivation GELUTanh LaplaceActivation LinearActivation MishActivation NewGELUActivation
    QuickGELUActivation ReLUSquaredActivation SiLUActivation SqrtSoftplusActivation XIELUActivation
transformers.configuration_utils: PreTrainedConfig SubConfigSpec classproperty
transformers.generation.configuration_utils: BaseWatermarkingConfig CompileConfig ContinuousBatchingConfig
    GenerationConfig GenerationMode SynthIDTextWatermarkingConfig WatermarkingConfig
transformers.pytorch_utils: Conv1D
transformers.trainer_callback: CallbackHandler DefaultFlowCallback EarlyStoppingCallback ExportableState
    PrinterCallback ProgressCallback TrainerCallback TrainerControl TrainerState
transformers.trainer_utils: BestRun EvalLoopOutput EvalPrediction PredictionOutput RemoveColumnsCollator
    TrainOutput TrainerMemoryTracker
transformers.models.albert.configuration_albert: AlbertConfig
transformers.models.bart.configuration_bart: BartConfig
transformers.models.bert.configuration_bert: BertConfig
transformers.models.bloom.configuration_bloom: BloomConfig
transformers.models.clip.configuration_clip: CLIPConfig CLIPTextConfig CLIPVisionConfig
transformers.models.convnext.configuration_convnext: ConvNextConfig
transformers.models.deberta_v2.configuration_deberta_v2: DebertaV2Config
transformers.models.deit.configuration_deit: DeiTConfig
transformers.models.distilbert.configuration_distilbert: DistilBertConfig
transformers.models.electra.configuration_electra: ElectraConfig
transformers.models.gemma.configuration_gemma: GemmaConfig
transformers.models.gpt2.configuration_gpt2: GPT2Config
transformers.models.gpt_neo.configuration_gpt_neo: GPTNeoConfig
transformers.models.gpt_neox.configuration_gpt_neox: GPTNeoXConfig
transformers.models.layoutlm.configuration_layoutlm: LayoutLMConfig
transformers.models.llama.configuration_llama: LlamaConfig
transformers.models.marian.configuration_marian: MarianConfig
transformers.models.mbart.configuration_mbart: MBartConfig
transformers.models.mistral.configuration_mistral: MistralConfig
transformers.models.mpnet.configuration_mpnet: MPNetConfig
transformers.models.opt.configuration_opt: OPTConfig
transformers.models.phi.configuration_phi: PhiConfig
transformers.models.qwen2.configuration_qwen2: Qwen2Config
transformers.models.resnet.configuration_resnet: ResNetConfig
transformers.models.roberta.configuration_roberta: RobertaConfig
transformers.models.swin.configuration_swin: SwinConfig
transformers.models.t5.configuration_t5: T5Config
transformers.models.vit.configuration_vit: ViTConfig
transformers.models.wav2vec2.configuration_wav2vec2: Wav2Vec2Config
transformers.models.whisper.configuration_whisper: WhisperConfig
transformers.models.xlm_roberta.configuration_xlm_roberta: XLMRobertaConfig
transformers.models.xlnet.configuration_xlnet: XLNetConfig
"""

TRANSFORMERS_FUNCTIONS = """
transformers.optimization: _get_constant_lambda _get_constant_schedule_with_warmup_lr_lambda
    _get_linear_schedule_with_warmup_lr_lambda _get_cosine_schedule_with_warmup_lr_lambda
    _get_cosine_with_hard_restarts_schedule_with_warmup_lr_lambda
    _get_polynomial_decay_schedule_with_warmup_lr_lambda _get_inverse_sqrt_schedule_lr_lambda
    _get_wsd_scheduler_lambda _get_cosine_with_min_lr_schedule_with_warmup_lr_lambda
"""

ACCELERATE = """
accelerate.utils.dataclasses: AORecipeKwargs AutocastKwargs BnbQuantizationConfig DataLoaderConfiguration
    DeepSpeedPlugin DeepSpeedSequenceParallelConfig DistributedDataParallelKwargs FP8RecipeKwargs
    FullyShardedDataParallelPlugin GradScalerKwargs GradientAccumulationPlugin InitProcessGroupKwargs
    KwargsHandler MSAMPRecipeKwargs MegatronLMPlugin ProfileKwargs ProjectConfiguration TERecipeKwargs
    TensorInformation TorchContextParallelConfig TorchDynamoPlugin TorchTensorParallelConfig
    TorchTensorParallelPlugin
"""

ACCELERATE_ENUMS = """
accelerate.utils.dataclasses: BaseEnum ComputeEnvironment CustomDtype DDPCommunicationHookType
    DistributedType DynamoBackend EnumWithContains FP8BackendType LoggerType PrecisionType RNGType
    SageMakerDistributedType
"""

PEFT = """
peft.tuners.adalora.config: AdaLoraConfig
peft.tuners.adamss.config: AdamssConfig
peft.tuners.adaption_prompt.config: AdaptionPromptConfig ModelTypeConfig
peft.tuners.beft.config: BeftConfig
peft.tuners.boft.config: BOFTConfig
peft.tuners.c3a.config: C3AConfig
peft.tuners.cartridge.config: CartridgeConfig
peft.tuners.cpt.config: CPTConfig
peft.tuners.deft.config: DeftConfig
peft.tuners.delora.config: DeloraConfig
peft.tuners.fourierft.config: FourierFTConfig
peft.tuners.frod.config: FrodConfig
peft.tuners.glora.config: GloraConfig
peft.tuners.gralora.config: GraloraConfig
peft.tuners.hira.config: HiraConfig
peft.tuners.hra.config: HRAConfig
peft.tuners.ia3.config: IA3Config
peft.tuners.lily.config: LilyConfig
peft.tuners.ln_tuning.config: LNTuningConfig
peft.tuners.loha.config: LoHaConfig
peft.tuners.lokr.config: LoKrConfig
peft.tuners.lora.config: ArrowConfig BdLoraConfig CordaConfig EvaConfig KasaConfig LoftQConfig LoraConfig
    LoraGAConfig LoraRuntimeConfig MontecloraConfig VeloraConfig
peft.tuners.lycoris_utils: LycorisConfig
peft.tuners.miss.config: MissConfig
peft.tuners.multitask_prompt_tuning.config: MultitaskPromptTuningConfig
peft.tuners.oft.config: OFTConfig
peft.tuners.osf.config: OSFConfig
peft.tuners.p_tuning.config: PromptEncoderConfig
peft.tuners.peanut.config: PeanutConfig
peft.tuners.poly.config: PolyConfig
peft.tuners.prefix_tuning.config: PrefixTuningConfig
peft.tuners.prompt_tuning.config: PromptTuningConfig
peft.tuners.psoft.config: PsoftConfig
peft.tuners.pvera.config: PveraConfig
peft.tuners.randlora.config: RandLoraConfig
peft.tuners.road.config: RoadConfig
peft.tuners.shadow.config: ShadowConfig
peft.tuners.shadow.model: _TokenShadowConfig
peft.tuners.shira.config: ShiraConfig
peft.tuners.supertuning.config: SupertuningConfig
peft.tuners.tinylora.config: TinyLoraConfig
peft.tuners.trainable_tokens.config: TrainableTokensConfig
peft.tuners.unilora.config: UniLoraConfig
peft.tuners.vblora.config: VBLoRAConfig
peft.tuners.vera.config: VeraConfig
peft.tuners.waveft.config: WaveFTConfig
peft.tuners.xlora.config: XLoraConfig
peft.config: PeftConfig PeftConfigMixin PromptLearningConfig
"""

PEFT_ENUMS = """
peft.utils.peft_types: PeftType TaskType
"""

SMALL_VALUES = """
pytz: _p _UTC
pytz.tzinfo: DstTzInfo StaticTzInfo
dateutil.tz.tz: tzutc tzlocal tzoffset
dateutil.relativedelta: relativedelta
dateutil._common: weekday
PIL.Image: Image
tokenizers: Tokenizer Encoding
tokenizers.normalizers: Normalizer
tokenizers.pre_tokenizers: PreTokenizer
tokenizers.decoders: Decoder
tokenizers.processors: PostProcessor
polars.dataframe.frame: DataFrame
polars.series.series: Series
sentence_transformers.models.Pooling: Pooling
sentence_transformers.models.Dense: Dense
sentence_transformers.models.Normalize: Normalize
sentence_transformers.base.modules.dense: Dense
sentence_transformers.base.modules.normalize: Normalize
sentence_transformers.sentence_transformer.modules.pooling: Pooling
datasets.features.features: Features Value ClassLabel Sequence LargeList List
pyarrow.lib: schema field _reconstruct_table _reconstruct_record_batch table
"""
SMALL_READ_FROM = (
    "pytz 2026.6, python-dateutil 4.0.0, Pillow 13.0.0, tokenizers 0.23.3, polars 2.1.0, "
    "sentence-transformers 6.2.0, datasets 5.2.0 and pyarrow 26.0.1"
)

READ_FROM = {
    "transformers": "transformers 5.23.0",
    "accelerate": "accelerate 1.15.0",
    "peft": "peft 0.21.2",
}
