import { Module } from '@nestjs/common';
import { AttemptsRepository } from './attempts.repository.js';

@Module({ providers: [AttemptsRepository], exports: [AttemptsRepository] })
export class AttemptsModule {}
